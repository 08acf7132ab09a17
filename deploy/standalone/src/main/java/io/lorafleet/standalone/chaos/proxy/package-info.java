// SPDX-License-Identifier: Apache-2.0
/**
 * A TCP proxy between one process and the brokers, which can hold, drop and delay frames or close the connection,
 * depending on Kafka's API key.
 */
@NullMarked
package io.lorafleet.standalone.chaos.proxy;

import org.jspecify.annotations.NullMarked;
