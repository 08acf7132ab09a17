// SPDX-License-Identifier: Apache-2.0
/** Finds damaged blobs in a blob store. */
@NullMarked
package io.lorafleet.standalone.storage;

import org.jspecify.annotations.NullMarked;
