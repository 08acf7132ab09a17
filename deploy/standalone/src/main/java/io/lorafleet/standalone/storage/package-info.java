// SPDX-License-Identifier: Apache-2.0
/** Finds damaged blobs in a blob store, and deletes old ones. */
@NullMarked
package io.lorafleet.standalone.storage;

import org.jspecify.annotations.NullMarked;
