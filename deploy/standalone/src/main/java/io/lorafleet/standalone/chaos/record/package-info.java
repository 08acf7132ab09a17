// SPDX-License-Identifier: Apache-2.0
/** Writes the history of a run: what the run does itself, what Kafka holds, and what the blob store holds. */
@NullMarked
package io.lorafleet.standalone.chaos.record;

import org.jspecify.annotations.NullMarked;
