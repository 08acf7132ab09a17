// SPDX-License-Identifier: Apache-2.0
/**
 * The records that travel over Kafka, the names of the topics and the one JSON mapper.
 *
 * <p>A record validates itself: whoever holds one holds a valid one. Records refer to blobs (images, adapter
 * weights) by key and never carry them.
 */
@NullMarked
package io.lorafleet.messages;

import org.jspecify.annotations.NullMarked;
