// SPDX-License-Identifier: Apache-2.0
/** What people said of images: gathered for each adapter until a run takes it, and what runs have taken already. */
@NullMarked
package io.lorafleet.trainer.feedback;

import org.jspecify.annotations.NullMarked;
