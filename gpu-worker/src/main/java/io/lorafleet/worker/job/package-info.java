// SPDX-License-Identifier: Apache-2.0
/**
 * Processes requests. Start with {@link io.lorafleet.worker.job.RequestHandler}. This package does not use Kafka or
 * DJL.
 */
@NullMarked
package io.lorafleet.worker.job;

import org.jspecify.annotations.NullMarked;
