// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.unet.PreparedConditioning;

/**
 * The inputs of a ControlNet that do not change between steps. The prepared prompt owns the arrays. This
 * class is not a record, because {@link StepBatch} compares its objects by identity.
 */
final class PreparedControl {
    private final Control control;
    /** Keys and values of the ControlNet's own cross-attentions, for each row. */
    private final PreparedConditioning text;
    /** Embedded condition image (1, C, h, w), which is the same for all rows. */
    private final NDArray condition;

    private PreparedControl(Control control, PreparedConditioning text, NDArray condition) {
        this.control = control;
        this.text = text;
        this.condition = condition;
    }

    /** @param conditioning conditioning of the UNet's rows @param owner manager that owns the result */
    static PreparedControl of(Control control, Conditioning conditioning, NDManager owner) {
        PreparedConditioning text = control.net().prepare(conditioning);
        text.attach(owner);
        try (NDArray image = control.image().toUnitArray(owner)) {
            NDArray condition = control.net().embed(image);
            condition.attach(owner);
            return new PreparedControl(control, text, condition);
        }
    }

    /** @return the control of the row with this index alone */
    PreparedControl only(int row, NDManager owner) {
        PreparedConditioning alone = text.row(row);
        alone.attach(owner);
        return new PreparedControl(control, alone, condition);
    }

    Control control() {
        return control;
    }

    PreparedConditioning text() {
        return text;
    }

    NDArray condition() {
        return condition;
    }
}
