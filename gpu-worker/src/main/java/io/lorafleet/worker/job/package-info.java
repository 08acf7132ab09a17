// SPDX-License-Identifier: Apache-2.0
/**
 * The processing of a request. Start at {@link io.lorafleet.worker.job.RequestHandler}. Independent of Kafka and of
 * arrays.
 */
@NullMarked
package io.lorafleet.worker.job;

import org.jspecify.annotations.NullMarked;
