// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.history;

/**
 * An image in a result.
 *
 * @param blob key in the blob store
 * @param sha256 SHA-256 according to the result
 */
public record Image(int index, String blob, String sha256) {}
