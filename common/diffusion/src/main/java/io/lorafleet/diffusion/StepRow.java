// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import io.lorafleet.diffusion.lora.RowAdapters;
import java.util.List;

/**
 * One row of a UNet batch.
 *
 * @param prompt prompt that the row attends to
 * @param adapters adapters whose updates are added to the base; empty for the base alone
 */
record StepRow(String prompt, List<RowAdapters.Applied> adapters) {}
