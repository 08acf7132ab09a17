// SPDX-License-Identifier: Apache-2.0
/** Checks on untrusted image files that bound the cost of decoding before a file is decoded. */
@NullMarked
package io.lorafleet.images;

import org.jspecify.annotations.NullMarked;
