// SPDX-License-Identifier: Apache-2.0
/** What happens to a request: {@link io.lorafleet.worker.job.RequestHandler} first. Knows no Kafka and no arrays. */
package io.lorafleet.worker.job;
