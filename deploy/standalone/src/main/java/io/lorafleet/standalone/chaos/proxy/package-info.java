// SPDX-License-Identifier: Apache-2.0
/**
 * A TCP proxy between one process and the brokers, which can hold, drop, delay and break what passes, by Kafka's API
 * key.
 */
@NullMarked
package io.lorafleet.standalone.chaos.proxy;

import org.jspecify.annotations.NullMarked;
