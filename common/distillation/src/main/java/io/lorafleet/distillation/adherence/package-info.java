// SPDX-License-Identifier: Apache-2.0
/**
 * Measures the prompt adherence of the demo model's images from their pixels. The demo model generates simple scenes,
 * so no other model is needed to recognize them.
 */
@NullMarked
package io.lorafleet.distillation.adherence;

import org.jspecify.annotations.NullMarked;
