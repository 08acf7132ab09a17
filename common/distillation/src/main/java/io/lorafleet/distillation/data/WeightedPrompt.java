// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.data;

import io.lorafleet.distillation.DistillationException;
import java.util.List;

/**
 * A training prompt.
 *
 * @param weight relative sampling probability of the prompt, greater than 0
 */
public record WeightedPrompt(String prompt, double weight) {

    public WeightedPrompt {
        if (!(weight > 0) || Double.isInfinite(weight)) {
            throw new DistillationException("prompt weight: expected a finite number greater than 0, found " + weight);
        }
    }

    /** @return the prompts with equal weights */
    public static List<WeightedPrompt> alike(List<String> prompts) {
        return prompts.stream().map(prompt -> new WeightedPrompt(prompt, 1)).toList();
    }
}
