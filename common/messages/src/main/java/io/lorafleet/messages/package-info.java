// SPDX-License-Identifier: Apache-2.0
/**
 * The messages of a fleet: the records of its Kafka topics, the topic names, the blob keys and the JSON mapper. This
 * package contains the shared types; the subpackages contain the records.
 *
 * <p>A constructor validates all fields, so every instance is valid. Records refer to blobs (images, adapter weights)
 * by key and never contain them.
 */
@NullMarked
package io.lorafleet.messages;

import org.jspecify.annotations.NullMarked;
