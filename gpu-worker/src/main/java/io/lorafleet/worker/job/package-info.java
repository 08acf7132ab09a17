// SPDX-License-Identifier: Apache-2.0
/** What happens to a request: {@link io.lorafleet.worker.job.RequestHandler} first. Knows no Kafka and no arrays. */
@NullMarked
package io.lorafleet.worker.job;

import org.jspecify.annotations.NullMarked;
