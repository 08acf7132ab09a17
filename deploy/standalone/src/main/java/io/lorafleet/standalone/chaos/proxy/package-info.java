// SPDX-License-Identifier: Apache-2.0
/**
 * A TCP proxy between one process and the brokers. Depending on Kafka's API key, it can hold, drop or delay frames, or
 * close the connection.
 */
@NullMarked
package io.lorafleet.standalone.chaos.proxy;

import org.jspecify.annotations.NullMarked;
