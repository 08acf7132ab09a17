// SPDX-License-Identifier: Apache-2.0
/** The fleet of a run: brokers and services, each in its own process. */
@NullMarked
package io.lorafleet.standalone.chaos.room;

import org.jspecify.annotations.NullMarked;
