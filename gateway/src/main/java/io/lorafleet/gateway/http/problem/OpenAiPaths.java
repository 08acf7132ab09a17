// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.problem;

import java.util.Set;

/** The paths of OpenAI's and vLLM's APIs, whose clients expect errors in OpenAI's format. */
public final class OpenAiPaths {
    public static final String IMAGES = "/v1/images/generations";
    public static final String MODELS = "/v1/models";
    public static final String LOAD_LORA = "/v1/load_lora_adapter";
    public static final String UNLOAD_LORA = "/v1/unload_lora_adapter";

    private static final Set<String> ALL = Set.of(IMAGES, MODELS, LOAD_LORA, UNLOAD_LORA);

    private OpenAiPaths() {}

    static boolean contains(String path) {
        return ALL.contains(path) || path.startsWith(MODELS + "/");
    }
}
