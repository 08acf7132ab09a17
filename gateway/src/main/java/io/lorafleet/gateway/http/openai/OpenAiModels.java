// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.messages.adapter.AdapterVersion;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** OpenAI's list of models, with vLLM's additional fields. */
record OpenAiModels(String object, List<Model> data) {
    static OpenAiModels of(List<Model> models) {
        return new OpenAiModels("list", models);
    }

    /**
     * The base or an adapter.
     *
     * @param created creation time, in seconds since 1970; for the base, the current time, as in vLLM
     * @param root for an adapter, its current version, as {@code name@version}; for the base, its name
     * @param parent the base of an adapter; for the base, null rather than absent, as in vLLM
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Model(
            String id,
            String object,
            long created,
            @JsonProperty("owned_by") String ownedBy,
            String root,
            @Schema(nullable = true) @Nullable String parent) {

        static Model base(String name, Instant now) {
            return new Model(name, "model", now.getEpochSecond(), "lorafleet", name, null);
        }

        static Model adapter(AdapterVersion version, String base) {
            return new Model(
                    version.name(),
                    "model",
                    version.createdAt().getEpochSecond(),
                    "lorafleet",
                    version.pinned().toString(),
                    base);
        }
    }
}
