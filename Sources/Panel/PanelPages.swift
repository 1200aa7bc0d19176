internal import CallControl
internal import ControlSocket
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The pages and what they are made of, as they are built into the program.
enum PanelPages {
    /// Each path with its file and type.
    static var files: [(path: String, octets: [UInt8], type: String)] {
        [
            ("/", PackageResources.head_html, "text/html; charset=utf-8"),
            ("/rig", PackageResources.rig_html, "text/html; charset=utf-8"),
            ("/service", PackageResources.service_html, "text/html; charset=utf-8"),
            ("/panel.css", PackageResources.panel_css, "text/css; charset=utf-8"),
            ("/panel.js", PackageResources.panel_js, "text/javascript; charset=utf-8"),
            ("/head.js", PackageResources.head_js, "text/javascript; charset=utf-8"),
            ("/rig.js", PackageResources.rig_js, "text/javascript; charset=utf-8"),
            ("/service.js", PackageResources.service_js, "text/javascript; charset=utf-8"),
            ("/icon.svg", PackageResources.icon_svg, "image/svg+xml"),
        ]
    }

    static func response(_ octets: [UInt8], _ type: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: type, .cacheControl: "no-cache"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: octets))
        )
    }

    /// The states of the call with the table by which the machine moves.
    static var states: JSONValue {
        [
            "states": .array(CallState.allCases.map { .string($0.rawValue) }),
            "transitions": .array(
                CallTransition.all.map { one in
                    [
                        "from": .string(one.from.rawValue), "event": .string(one.event.rawValue),
                        "to": .string(one.to.rawValue),
                    ]
                }
            ),
        ]
    }
}
