// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.problem;

import java.util.Set;

/** The paths of OpenAI's and vLLM's APIs, whose clients expect errors in OpenAI's format. */
public final class OpenAiPaths {
    public static final String IMAGES = "/v1/images/generations";
    public static final String EDITS = "/v1/images/edits";
    public static final String VARIATIONS = "/v1/images/variations";
    public static final String MODELS = "/v1/models";
    public static final String LOAD_LORA = "/v1/load_lora_adapter";
    public static final String UNLOAD_LORA = "/v1/unload_lora_adapter";

    private static final Set<String> IMAGE_PATHS = Set.of(IMAGES, EDITS, VARIATIONS);
    private static final Set<String> OTHERS = Set.of(MODELS, LOAD_LORA, UNLOAD_LORA);
    private static final String ROOT = "/v1/";

    private OpenAiPaths() {}

    /** @return whether this is an endpoint for images */
    public static boolean isImagePath(String path) {
        return IMAGE_PATHS.contains(path);
    }

    static boolean contains(String path) {
        return isImagePath(path) || OTHERS.contains(path) || path.startsWith(MODELS + "/");
    }

    /**
     * @return whether a client of OpenAI's API may have sent a request with this path, which the gateway does not have:
     *     OpenAI's API has many other paths
     */
    static boolean mayContain(String path) {
        return path.startsWith(ROOT);
    }
}
