// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.messages.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.media.MediaType;

/** The examples in the OpenAPI document. A test sends every example request. */
final class ApiExamples {
    static final String EVENTS = """
        event:queued
        data:{}

        event:started
        data:{"workerId":"worker-1"}

        event:step
        data:{"step":1,"steps":20}

        event:finished
        data:{"id":"8a2bdfd0-9705-46fe-bde1-e24653cb4837","status":"succeeded", ...}
        """;

    /** @param operation the operation's operationId */
    private record Example(String operation, String name, String json) {}

    private static final List<Example> EXAMPLES = List.of(
            new Example("createGeneration", "An image", """
                {"prompt": "a large red star on a white background"}\
                """),
            new Example("createGeneration", "All sampling settings", """
                {
                  "prompt": "a blue ring left of a yellow heart on a black background",
                  "negativePrompt": "green",
                  "guidanceScale": 6,
                  "steps": 25,
                  "sampler": "dpmpp_2m",
                  "seed": 7,
                  "count": 2,
                  "priority": "batch"
                }\
                """),
            new Example("createGeneration", "Prompt weights and clip skip", """
                {
                  "prompt": "a (large:1.3) red star over a [small] ring \\\\(both closed\\\\)",
                  "promptWeights": true,
                  "clipSkip": 1,
                  "longPrompt": "truncate"
                }\
                """),
            new Example("createGeneration", "Guidance in the first 80% of the steps", """
                {
                  "prompt": "a pink cross on a gray background",
                  "guidanceEnd": 0.8,
                  "timestepSpacing": "trailing"
                }\
                """),
            new Example("createGeneration", "Timesteps of a few-step model", """
                {
                  "prompt": "a green diamond",
                  "sampler": "tcd",
                  "timesteps": [999, 749, 499, 249],
                  "eta": 0.2,
                  "guidanceScale": 1
                }\
                """),
            new Example("createGeneration", "A student with a style", """
                {
                  "prompt": "a small green square",
                  "adapters": [{"adapter": "fast"}, {"adapter": "crayon@1", "scale": 0.7}]
                }\
                """),
            new Example( // init image: a blue square on white, 64 x 64 pixels
                    "createGeneration", "Image to image", """
                        {
                          "prompt": "a large blue star",
                          "initImage": "iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQMAAACQp+OdAAAABlBMVEX///8gQOA9/DjjAAAAFUlEQVR4\
                        2mNgGHTgPxCMMnAzBhUAAHqhf4GokM9QAAAAAElFTkSuQmCC",
                          "strength": 0.6
                        }\
                        """),
            new Example( // mask: the right half is white
                    "createGeneration", "Repaint part of an image", """
                        {
                          "prompt": "a green ring",
                          "initImage": "iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQMAAACQp+OdAAAABlBMVEX///8gQOA9/DjjAAAAFUlEQVR4\
                        2mNgGHTgPxCMMnAzBhUAAHqhf4GokM9QAAAAAElFTkSuQmCC",
                          "mask": "iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQAAAACCEkxzAAAAGklEQVR42mNkYGBg+M/AwMDEAAWjjFEG8QwA\
                        yyMBf5gYzUkAAAAASUVORK5CYII=",
                          "keepUnmasked": true
                        }\
                        """),
            new Example( // condition image: the same blue square
                    "createGeneration", "Steered by a drawing", """
                        {
                          "prompt": "a blue house",
                          "controls": [
                            {
                              "name": "edges",
                              "image": "iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQMAAACQp+OdAAAABlBMVEX///8gQOA9/DjjAAAAFUlEQVR4\
                        2mNgGHTgPxCMMnAzBhUAAHqhf4GokM9QAAAAAElFTkSuQmCC",
                              "scale": 0.8
                            }
                          ]
                        }\
                        """),
            new Example("rateImage", "Good", """
                {"rating": "up"}\
                """),
            new Example("rateImage", "Learn from the teacher's image", """
                {"rating": -0.5, "image": 0, "asTeacher": true, "note": "the ring is not closed"}\
                """),
            new Example("setRoute", "One version", """
                {"stable": 1}\
                """),
            new Example("setRoute", "With a canary and a shadow", """
                {"stable": 1, "canary": {"version": 2, "share": 0.1}, "shadow": {"version": 2, "share": 0.01}}\
                """),
            new Example("createImages", "An image", """
                {"prompt": "a yellow heart on a gray background", "model": "fast", "size": "64x64"}\
                """),
            new Example("createImages", "As a JPEG file at a URL", """
                {"prompt": "two white triangles", "response_format": "url", "output_format": "jpeg"}\
                """),
            new Example("loadLoraAdapter", "A student", """
                {"lora_name": "fast", "lora_path": "fast", "kind": "student", "guidance": 5}\
                """),
            new Example("unloadLoraAdapter", "An adapter", """
                {"lora_name": "fast"}\
                """));

    private ApiExamples() {}

    /** Adds the examples of an operation to its request body. */
    static void addTo(MediaType body, String operation) {
        EXAMPLES.stream()
                .filter(example -> example.operation().equals(operation))
                .forEach(example -> body.addExample(
                        example.name(),
                        OASFactory.createExample()
                                .value(Json.read(example.json().getBytes(StandardCharsets.UTF_8), Map.class))));
    }
}
