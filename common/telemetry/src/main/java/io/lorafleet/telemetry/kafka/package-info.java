// SPDX-License-Identifier: Apache-2.0
/** What all Kafka clients and records of a fleet have in common: client names, headers and trace context. */
@NullMarked
package io.lorafleet.telemetry.kafka;

import org.jspecify.annotations.NullMarked;
