// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.sdapi;

import io.lorafleet.gateway.FieldChecks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The adapters that a prompt of the web UI names, such as {@code <lora:name:0.8>}.
 *
 * @param prompt prompt without the tags
 * @param adapters adapters with their scales, in the format of a generation request
 */
record LoraTags(String prompt, List<Map<String, Object>> adapters) {
    private static final Pattern TAG = Pattern.compile("<(\\w+):([^:<>]+)((?::[^:<>]*)*)>");

    /** @param checks collects the tags that cannot be honoured */
    static LoraTags of(String prompt, FieldChecks checks) {
        List<Map<String, Object>> adapters = new ArrayList<>();
        Matcher tag = TAG.matcher(prompt);
        StringBuilder text = new StringBuilder();
        while (tag.find()) {
            if (!tag.group(1).equals("lora")) {
                checks.refuse("prompt", "only tags of the form <lora:NAME:SCALE>", "<" + tag.group(1) + ":...>");
            } else {
                adapters.add(Map.of("adapter", tag.group(2).strip(), "scale", scale(tag.group(3), checks)));
            }
            tag.appendReplacement(text, "");
        }
        return new LoraTags(tag.appendTail(text).toString().strip(), adapters);
    }

    /** @return whether a tag names this adapter, in any version */
    boolean names(String adapter) {
        return adapters.stream()
                .map(tag -> String.valueOf(tag.get("adapter")))
                .anyMatch(name -> name.equals(adapter) || name.startsWith(adapter + "@"));
    }

    /** A second number would be the scale of the UNet, and the first one that of the text encoder. */
    private static double scale(String numbers, FieldChecks checks) {
        try {
            String[] parts = numbers.isEmpty() ? new String[] {"", "1"} : numbers.split(":", -1);
            double scale = Double.parseDouble(parts[1]);
            if (parts.length > 3 || (parts.length == 3 && Double.parseDouble(parts[2]) != scale)) {
                checks.refuse("prompt", "one scale for both encoder and UNet in <lora:NAME:SCALE>", "several");
            }
            return scale;
        } catch (NumberFormatException e) {
            checks.refuse("prompt", "a number as SCALE in <lora:NAME:SCALE>", "another text");
            return 1;
        }
    }
}
