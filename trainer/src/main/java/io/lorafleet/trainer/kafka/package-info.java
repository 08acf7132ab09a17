// SPDX-License-Identifier: Apache-2.0
/** The polling loop of the trainer, and its Kafka clients. */
@NullMarked
package io.lorafleet.trainer.kafka;

import org.jspecify.annotations.NullMarked;
