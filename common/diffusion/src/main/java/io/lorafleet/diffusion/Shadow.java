// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.lora.RowAdapters;
import java.util.ArrayList;
import java.util.List;

/**
 * A student evaluated alongside an image to measure its error against the guided teacher on the latents of live
 * requests. The student has its own rows and does not change the image.
 *
 * @param student student, with its adapter scale
 * @param guidanceScale guidance scale of the teacher
 */
public record Shadow(RowAdapters.Applied student, double guidanceScale) {

    /**
     * @param request request whose rows precede the shadow's rows
     * @return the student's row, then the teacher's two rows unless the request itself is guided
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
     * The students' errors against the teacher: the squared distance between the student's output and the guided
     * output, divided by the squared distance between the output without guidance and the guided output. A student
     * identical to the teacher has an error of 0; the base without guidance has an error of 1.
     *
     * @param shadow error of the shadow student
     * @param own error of the rows that generate the image; NaN if they are the teacher's
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
     * @param outputs model output for the request's own rows, then for {@link #rows}
     * @param guided whether the request's own rows are the teacher's
     */
    Errors errors(NDArray outputs, boolean guided) {
        int student = guided ? 2 : 1;
        int teacher = guided ? 0 : 2;
        NDArray cond = outputs.get(teacher + 1);
        NDArray target = Guidance.combine(outputs.get(teacher), cond, guidanceScale);
        double unit = squares(cond.sub(target));
        double own = guided ? Double.NaN : squares(outputs.get(0).sub(target)) / unit;
        return new Errors(squares(outputs.get(student).sub(target)) / unit, own);
    }

    private static double squares(NDArray difference) {
        return difference.square().sum().getFloat();
    }
}
