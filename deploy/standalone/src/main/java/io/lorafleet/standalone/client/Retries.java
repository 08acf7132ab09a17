// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How long to send a generation request again while the gateway cannot accept it. The gateway says how long to wait
 * before each attempt.
 *
 * @param noWorker limit while no worker has loaded a model (503)
 * @param queueFull limit while the queue is full (429)
 * @param waiting receives a sentence before each pause
 */
public record Retries(Duration noWorker, Duration queueFull, Consumer<String> waiting) {}
