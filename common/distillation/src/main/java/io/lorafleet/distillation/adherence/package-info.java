// SPDX-License-Identifier: Apache-2.0
/**
 * Measures the prompt adherence of images of the demo model from their pixels. The demo model generates simple scenes, so
 * no other model is necessary.
 */
@NullMarked
package io.lorafleet.distillation.adherence;

import org.jspecify.annotations.NullMarked;
