// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.PreparedPrompt;

/** What the images of a request share: its prepared prompt and its adapters. The last image frees them. */
final class SharedPrompt {
    private final PreparedPrompt prompt;
    private final AdapterLeases adapters;
    private int users;

    /** @param users that will leave */
    SharedPrompt(PreparedPrompt prompt, AdapterLeases adapters, int users) {
        this.prompt = prompt;
        this.adapters = adapters;
        this.users = users;
    }

    PreparedPrompt prompt() {
        return prompt;
    }

    synchronized void leave() {
        users--;
        if (users == 0) {
            prompt.close();
            adapters.close();
        }
    }
}
