// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import java.util.List;

/**
 * The inputs of an image's UNet rows that do not change between steps. The prepared prompt owns the arrays.
 *
 * @param rows rows, in order
 * @param text keys and values of the rows
 * @param adapters factors of the rows
 * @param controls ControlNets of all rows, in the order of the request
 */
record PreparedRows(
        List<StepRow> rows, PreparedConditioning text, RowAdapters adapters, List<PreparedControl> controls) {
    int count() {
        return rows.size();
    }

    /** @return the row with this index alone, with arrays owned by the manager */
    PreparedRows only(int row, DataType type, NDManager owner) {
        List<StepRow> alone = List.of(rows.get(row));
        PreparedConditioning part = text.row(row);
        part.attach(owner);
        return new PreparedRows(
                alone,
                part,
                stack(alone, type, owner),
                controls.stream().map(control -> control.only(row, owner)).toList());
    }

    static RowAdapters stack(List<StepRow> rows, DataType type, NDManager owner) {
        return RowAdapters.stack(rows.stream().map(StepRow::adapters).toList(), type, owner);
    }
}
