// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.sdapi;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.SamplerName;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The web UI's names of the samplers. Newer releases have a separate name for the noise levels, the scheduler. */
final class SdSamplers {
    private static final String KARRAS = " Karras";

    private SdSamplers() {}

    /** @return the list for {@code GET /samplers} */
    static List<Map<String, Object>> all() {
        return Arrays.stream(SamplerName.values())
                .map(sampler -> Map.<String, Object>of(
                        "name",
                        sampler.webUiName(),
                        "aliases",
                        List.of(sampler.name().toLowerCase(Locale.ROOT)),
                        "options",
                        Map.of()))
                .toList();
    }

    /**
     * @param name sampler; null for the model's default
     * @param scheduler {@code Automatic}, {@code Karras}, or null. As in the web UI, DPM++ 2M has Karras' noise levels
     *     if the scheduler is automatic
     * @param checks collects the invalid fields
     * @return the name in a generation request; null for the model's default
     */
    static @Nullable String of(@Nullable String name, @Nullable String scheduler, FieldChecks checks) {
        boolean automatic = scheduler == null || scheduler.equalsIgnoreCase("automatic");
        boolean karras = scheduler != null && scheduler.equalsIgnoreCase("karras");
        if (!automatic && !karras) {
            checks.refuse("scheduler", "Automatic or Karras", "another value");
            return null;
        }
        if (name == null) {
            if (karras) {
                checks.refuse("scheduler", "Automatic without sampler_name", "Karras");
            }
            return null;
        }
        boolean usuallyKarras = scheduler != null && name.equalsIgnoreCase(SamplerName.DPMPP_2M.webUiName());
        Optional<SamplerName> sampler = find(karras || usuallyKarras ? name + KARRAS : name);
        if (karras && sampler.isEmpty()) {
            sampler = find(name).filter(found -> found.webUiName().endsWith(KARRAS));
        }
        if (sampler.isEmpty()) {
            checks.refuse(
                    "sampler_name",
                    "one of "
                            + Arrays.stream(SamplerName.values())
                                    .map(SamplerName::webUiName)
                                    .collect(Collectors.joining(", "))
                            + (karras ? " with the scheduler Karras" : ""),
                    "another value");
            return null;
        }
        return sampler.get().name().toLowerCase(Locale.ROOT);
    }

    private static Optional<SamplerName> find(String name) {
        return Arrays.stream(SamplerName.values())
                .filter(sampler -> sampler.webUiName().equalsIgnoreCase(name)
                        || sampler.name().equalsIgnoreCase(name))
                .findFirst();
    }
}
