// SPDX-License-Identifier: Apache-2.0
/**
 * The gateway: HTTP in, Kafka out, results in. This package holds its configuration and its wiring.
 *
 * <p>Imports point {@code kafka | http -> feedback, generation, adapter, model, training -> messages, storage}. What a gateway
 * knows is a fold of the topics, so that a restarted one, or another replica, knows the same.
 */
@NullMarked
package io.lorafleet.gateway;

import org.jspecify.annotations.NullMarked;
