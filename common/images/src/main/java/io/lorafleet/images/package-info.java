// SPDX-License-Identifier: Apache-2.0
/** Checks on untrusted image files, which bound the cost of decoding before they are decoded. */
@NullMarked
package io.lorafleet.images;

import org.jspecify.annotations.NullMarked;
