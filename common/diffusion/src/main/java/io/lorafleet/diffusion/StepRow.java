// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import io.lorafleet.diffusion.lora.RowAdapters;
import java.util.List;

/**
 * A row of the UNet's batch.
 *
 * @param prompt that it attends to
 * @param adapters that are added up on the base; none for the base alone
 */
record StepRow(String prompt, List<RowAdapters.Applied> adapters) {}
