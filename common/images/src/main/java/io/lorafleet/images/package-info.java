// SPDX-License-Identifier: Apache-2.0
/** Image files from strangers: what they cost to decode is known before they are decoded. */
@NullMarked
package io.lorafleet.images;

import org.jspecify.annotations.NullMarked;
