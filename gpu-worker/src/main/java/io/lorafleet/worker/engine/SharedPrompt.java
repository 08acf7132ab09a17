// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.messages.generation.PromptTokens;
import java.util.List;

/**
 * The prepared prompt and the adapter leases that a job's images share. They are freed when the last image releases
 * them.
 */
final class SharedPrompt {
    private final PreparedPrompt prompt;
    private final AdapterLeases adapters;
    private int users;

    /** @param users number of images, each of which calls {@link #release} once */
    SharedPrompt(PreparedPrompt prompt, AdapterLeases adapters, int users) {
        this.prompt = prompt;
        this.adapters = adapters;
        this.users = users;
    }

    PreparedPrompt prompt() {
        return prompt;
    }

    /** @return the token counts of the request's prompts; also available after the last release */
    PromptTokens tokens() {
        List<PromptTokens.Count> counts = prompt.tokens().stream()
                .map(count -> new PromptTokens.Count(count.used(), count.cut()))
                .toList();
        // With guidance, the negative prompt is first.
        return new PromptTokens(counts.get(counts.size() - 1), counts.size() == 1 ? null : counts.get(0));
    }

    synchronized void release() {
        users--;
        if (users == 0) {
            prompt.close();
            adapters.close();
        }
    }
}
