// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.sdapi;

import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import java.util.LinkedHashMap;
import java.util.Map;

/** The bases as the web UI's checkpoints. */
final class SdModels {
    private static final int SHORT_HASH = 10;

    private SdModels() {}

    static String title(BaseModel base) {
        return base.name() + " [" + hash(base) + "]";
    }

    static String hash(BaseModel base) {
        return base.fingerprint().substring(0, SHORT_HASH);
    }

    static Map<String, Object> view(BaseModel base) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("title", title(base));
        view.put("model_name", base.name());
        view.put("hash", hash(base));
        view.put("sha256", base.fingerprint());
        view.put("filename", base.name());
        view.put("config", null);
        return view;
    }

    /**
     * @param checkpoint name or title of a checkpoint, possibly with a file extension
     * @return the name of the base; the given text if there is none, which the request's checks then refuse
     */
    static String nameOf(String checkpoint, ModelDirectory models) {
        String name = checkpoint.replaceFirst("\\s*\\[[0-9a-f]+]$", "");
        return models.base(name).isPresent() ? name : name.replaceFirst("\\.(safetensors|ckpt)$", "");
    }
}
