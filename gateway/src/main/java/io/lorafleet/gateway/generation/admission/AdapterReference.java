// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.generation.GenerateImage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reference to an adapter in a generation request, in its short or long form.
 *
 * @param scale adapter scale; null if absent
 * @param field JSON path of the reference
 * @param scaleField JSON path of the scale
 */
record AdapterReference(String reference, @Nullable Double scale, String field, String scaleField) {
    private static final String EXPECTED = "NAME or NAME@VERSION";

    /** @param checks collects the invalid fields */
    static List<AdapterReference> of(GenerationRequest body, FieldChecks checks) {
        if (body.adapters() == null) {
            return shortForm(body, checks);
        }
        if (body.adapter() != null) {
            checks.refuse("adapter", "either adapter or adapters", "both");
        }
        if (body.adapterScale() != null) {
            checks.refuse("adapterScale", "none with adapters, which have their own scales", body.adapterScale());
        }
        if (body.adapters().size() > GenerateImage.MAX_ADAPTERS) {
            checks.refuse(
                    "adapters",
                    "at most " + GenerateImage.MAX_ADAPTERS,
                    body.adapters().size());
            return List.of();
        }
        return longForm(body.adapters(), checks);
    }

    private static List<AdapterReference> shortForm(GenerationRequest body, FieldChecks checks) {
        if (body.adapter() != null) {
            return List.of(new AdapterReference(body.adapter(), body.adapterScale(), "adapter", "adapterScale"));
        }
        if (body.adapterScale() != null) {
            checks.refuse("adapterScale", "none without adapter", body.adapterScale());
        }
        return List.of();
    }

    private static List<AdapterReference> longForm(List<RequestedAdapter> requested, FieldChecks checks) {
        List<AdapterReference> named = new ArrayList<>();
        for (int i = 0; i < requested.size(); i++) {
            String place = "adapters[" + i + "]";
            RequestedAdapter one = requested.get(i);
            if (one == null || one.adapter() == null) {
                checks.refuse(place + ".adapter", EXPECTED, "none");
            } else {
                named.add(new AdapterReference(one.adapter(), one.scale(), place + ".adapter", place + ".scale"));
            }
        }
        return named;
    }
}
