// SPDX-License-Identifier: Apache-2.0
/** The Kafka side of a worker: it consumes requests and publishes results, progress and status. */
@NullMarked
package io.lorafleet.worker.kafka;

import org.jspecify.annotations.NullMarked;
