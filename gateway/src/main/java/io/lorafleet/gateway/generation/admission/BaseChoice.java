// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Selects the base model of a request: the model that the request names, otherwise the base for which its adapters were
 * made, otherwise the default base. All adapters must have been made for this base. The base of an adapter can be
 * unknown; such an adapter is accepted, and the worker checks its tensors.
 */
final class BaseChoice {
    private final ModelDirectory models;

    BaseChoice(ModelDirectory models) {
        this.models = models;
    }

    /**
     * @param named name of the model in the request; null if absent
     * @param checks collects the invalid fields
     * @return the base; empty if a field is invalid
     */
    Optional<BaseModel> select(@Nullable String named, List<ResolvedAdapter> adapters, FieldChecks checks) {
        Optional<BaseModel> base = named == null ? ofAdapters(adapters).or(models::current) : models.base(named);
        if (base.isEmpty()) {
            checks.refuse("model", "one of " + models.baseNames(), named == null ? "none" : named);
            return Optional.empty();
        }
        BaseModel selected = base.get();
        for (ResolvedAdapter adapter : adapters) {
            if (!adapter.version().isFor(selected.fingerprint())) {
                String other =
                        models.baseOf(adapter.version()).map(BaseModel::name).orElse("a base that no worker has");
                checks.refuse(adapter.name().field(), "an adapter for " + selected.name(), "one for " + other);
                return Optional.empty();
            }
        }
        return base;
    }

    private Optional<BaseModel> ofAdapters(List<ResolvedAdapter> adapters) {
        return adapters.stream()
                .map(adapter -> models.baseOf(adapter.version()))
                .flatMap(Optional::stream)
                .findFirst();
    }
}
