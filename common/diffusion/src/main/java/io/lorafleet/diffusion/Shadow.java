// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.lora.RowAdapters;
import java.util.ArrayList;
import java.util.List;

/**
 * A student that goes along with an image, to see how near it comes to the guided teacher at the very points that real
 * requests pass through. It takes rows of its own and changes nothing of the image.
 *
 * @param guidanceScale of the teacher
 */
public record Shadow(RowAdapters.Applied student, double guidanceScale) {

    /**
     * @param request whose own rows come before
     * @return the student's row, then the teacher's two, unless the request is the teacher itself
     */
    List<StepRow> rows(GenerationParameters request) {
        List<StepRow> rows = new ArrayList<>();
        rows.add(new StepRow(request.prompt(), List.of(student)));
        if (!request.guided()) {
            rows.add(new StepRow(request.negativePrompt(), List.of()));
            rows.add(new StepRow(request.prompt(), List.of()));
        }
        return rows;
    }

    /**
     * How far a student is from the teacher, in parts of what guidance makes out: 0 if it is the same, 1 if it is as far
     * off as the model without guidance.
     *
     * @param shadow of the one that goes along
     * @param own of what draws the image; NaN if that is the teacher
     */
    public record Errors(double shadow, double own) {
        static final Errors NONE = new Errors(Double.NaN, Double.NaN);

        Errors plus(Errors other) {
            return new Errors(shadow + other.shadow, own + other.own);
        }

        Errors over(int count) {
            return new Errors(shadow / count, own / count);
        }
    }

    /**
     * @param outputs the model's output for the request's own rows, then for {@link #rows}
     * @param guided whether the request's own rows are the teacher's
     */
    Errors errors(NDArray outputs, boolean guided) {
        int student = guided ? 2 : 1;
        int teacher = guided ? 0 : 2;
        NDArray uncond = outputs.get(teacher);
        NDArray cond = outputs.get(teacher + 1);
        NDArray target = uncond.add(cond.sub(uncond).mul(guidanceScale));
        double unit = squares(cond.sub(target));
        double own = guided ? Double.NaN : squares(outputs.get(0).sub(target)) / unit;
        return new Errors(squares(outputs.get(student).sub(target)) / unit, own);
    }

    private static double squares(NDArray difference) {
        return difference.square().sum().getFloat();
    }
}
