// SPDX-License-Identifier: Apache-2.0
/** Writes the history of a run: the run's own actions, and the contents of Kafka and of the blob store. */
@NullMarked
package io.lorafleet.standalone.chaos.record;

import org.jspecify.annotations.NullMarked;
