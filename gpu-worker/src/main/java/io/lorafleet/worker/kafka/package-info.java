// SPDX-License-Identifier: Apache-2.0
/** A worker's connection to Kafka: consumes requests, and publishes results, progress and status. */
@NullMarked
package io.lorafleet.worker.kafka;

import org.jspecify.annotations.NullMarked;
