// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.messages.adapter.AdapterVersion.Kind;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;

/** The names of the adapter kinds in the API, and of the choices for tensors for a text encoder. */
public final class AdapterKinds {
    private AdapterKinds() {}

    public static Kind of(String text) {
        return switch (text) {
            case "student" -> Kind.STUDENT;
            case "style" -> Kind.STYLE;
            default -> throw new ProblemException(Problem.invalid("kind", "student or style", "another kind"));
        };
    }

    public static TextEncoderTensors textEncoder(String text) {
        return switch (text) {
            case "apply" -> TextEncoderTensors.APPLY;
            case "ignore" -> TextEncoderTensors.IGNORE;
            default -> throw new ProblemException(Problem.invalid("textEncoder", "apply or ignore", "another value"));
        };
    }
}
