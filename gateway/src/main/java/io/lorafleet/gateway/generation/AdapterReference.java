// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.generation.GenerateImage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An adapter that an order names, in its short form or in its long one.
 *
 * @param scale null if the client did not say
 * @param field what the order calls the reference
 * @param scaleField what it calls the scale
 */
record AdapterReference(String reference, @Nullable Double scale, String field, String scaleField) {
    private static final String EXPECTED = "NAME or NAME@VERSION";

    /** @param checks told of what cannot be accepted */
    static List<AdapterReference> of(GenerationRequest order, FieldChecks checks) {
        if (order.adapters() == null) {
            return shortForm(order, checks);
        }
        if (order.adapter() != null) {
            checks.refuse("adapter", "either this or adapters", "both");
        }
        if (order.adapterScale() != null) {
            checks.refuse("adapterScale", "none beside adapters, each of which has its scale", order.adapterScale());
        }
        if (order.adapters().size() > GenerateImage.MAX_ADAPTERS) {
            checks.refuse(
                    "adapters",
                    "at most " + GenerateImage.MAX_ADAPTERS,
                    order.adapters().size());
            return List.of();
        }
        return longForm(order.adapters(), checks);
    }

    private static List<AdapterReference> shortForm(GenerationRequest order, FieldChecks checks) {
        if (order.adapter() != null) {
            return List.of(new AdapterReference(order.adapter(), order.adapterScale(), "adapter", "adapterScale"));
        }
        if (order.adapterScale() != null) {
            checks.refuse("adapterScale", "none without adapter", order.adapterScale());
        }
        return List.of();
    }

    private static List<AdapterReference> longForm(List<RequestedAdapter> ordered, FieldChecks checks) {
        List<AdapterReference> named = new ArrayList<>();
        for (int i = 0; i < ordered.size(); i++) {
            String place = "adapters[" + i + "]";
            RequestedAdapter one = ordered.get(i);
            if (one == null || one.adapter() == null) {
                checks.refuse(place + ".adapter", EXPECTED, "none");
            } else {
                named.add(new AdapterReference(one.adapter(), one.scale(), place + ".adapter", place + ".scale"));
            }
        }
        return named;
    }
}
