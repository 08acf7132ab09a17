// SPDX-License-Identifier: Apache-2.0
/** Checks untrusted image files before they are decoded, to limit the cost of decoding. */
@NullMarked
package io.lorafleet.images;

import org.jspecify.annotations.NullMarked;
