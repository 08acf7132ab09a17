// SPDX-License-Identifier: Apache-2.0
/**
 * The gateway: accepts HTTP requests, publishes commands to Kafka and consumes the results. This package holds the
 * gateway's configuration and wiring.
 *
 * <p>Imports point in the direction {@code kafka | http -> feedback, generation, adapter, model, training -> messages,
 * storage}. A gateway's state is a fold of the topics, so it is the same after a restart and on every replica.
 */
@NullMarked
package io.lorafleet.gateway;

import org.jspecify.annotations.NullMarked;
