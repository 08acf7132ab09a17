// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.data;

import io.lorafleet.distillation.DistillationException;
import java.util.List;

/**
 * A prompt to learn from.
 *
 * @param weight how often it is drawn, beside the others
 */
public record WeightedPrompt(String prompt, double weight) {

    public WeightedPrompt {
        if (!(weight > 0) || Double.isInfinite(weight)) {
            throw new DistillationException("weight of a prompt: expected more than 0, found " + weight);
        }
    }

    /** @return all of the same weight */
    public static List<WeightedPrompt> alike(List<String> prompts) {
        return prompts.stream().map(prompt -> new WeightedPrompt(prompt, 1)).toList();
    }
}
