// SPDX-License-Identifier: Apache-2.0
/** An embedded Kafka broker, and the topics, group settings and ACLs that a fleet needs on any cluster. */
@NullMarked
package io.lorafleet.broker;

import org.jspecify.annotations.NullMarked;
