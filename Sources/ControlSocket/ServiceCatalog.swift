/// What the service says about itself to `org.varlink.service.GetInfo`.
package struct ServiceDescription: Hashable, Sendable {
    package let vendor: String
    package let product: String
    package let version: String
    package let url: String

    package init(vendor: String, product: String, version: String, url: String) {
        self.vendor = vendor
        self.product = product
        self.version = version
        self.url = url
    }
}

/// An error reply: the full name of a declared error, and its parameters.
package struct ServiceError: Error, Hashable, Sendable {
    package let name: String
    package let parameters: JSONValue

    package init(_ name: String, _ parameters: JSONValue = [:]) {
        self.name = name
        self.parameters = parameters
    }

    package static func interfaceNotFound(_ interface: String) -> ServiceError {
        ServiceError("\(ServiceCatalog.serviceName).InterfaceNotFound", ["interface": .string(interface)])
    }

    package static func methodNotFound(_ method: String) -> ServiceError {
        ServiceError("\(ServiceCatalog.serviceName).MethodNotFound", ["method": .string(method)])
    }

    package static func methodNotImplemented(_ method: String) -> ServiceError {
        ServiceError("\(ServiceCatalog.serviceName).MethodNotImplemented", ["method": .string(method)])
    }

    package static func invalidParameter(_ parameter: String) -> ServiceError {
        ServiceError("\(ServiceCatalog.serviceName).InvalidParameter", ["parameter": .string(parameter)])
    }

    /// The method answers more than once and was called without `more`.
    package static let expectedMore = ServiceError("\(ServiceCatalog.serviceName).ExpectedMore")

    /// The caller is not in the group that the method needs.
    package static let permissionDenied = ServiceError("\(ServiceCatalog.serviceName).PermissionDenied")
}

/// The interfaces of one service, and the answers that every Varlink service gives about them.
struct ServiceCatalog: Sendable {
    static let serviceName = "org.varlink.service"

    private let description: ServiceDescription
    private let interfaces: [String: Interface]

    /// The catalog of `interfaces` and the service interface itself.
    init(_ description: ServiceDescription, _ interfaces: [Interface]) {
        self.description = description
        var all = Dictionary(uniqueKeysWithValues: interfaces.map { ($0.name, $0) })
        all[Self.serviceName] = Self.serviceInterface
        self.interfaces = all
    }

    /// What becomes of a call.
    enum Resolution {
        /// The service interface answers it here.
        case answer(JSONValue)
        /// It is for the application, and its parameters fit.
        case deliver
        case refuse(ServiceError)
    }

    /// Finds the method and holds the parameters against its types.
    func resolve(method: String, parameters: JSONValue) -> Resolution {
        guard let (interfaceName, methodName) = Self.split(method) else { return .refuse(.invalidParameter("method")) }
        guard let interface = self.interfaces[interfaceName] else { return .refuse(.interfaceNotFound(interfaceName)) }
        guard interface.methods[methodName] != nil else { return .refuse(.methodNotFound(method)) }
        if let mismatch = interface.mismatch(callOf: methodName, parameters) {
            return .refuse(.invalidParameter(mismatch.path))
        }
        return interfaceName == Self.serviceName ? self.introspect(methodName, parameters) : .deliver
    }

    /// Why the application's reply is not what the interface promises; `nil` when it is.
    func mismatch(replyOf method: String, _ parameters: JSONValue) -> Interface.Mismatch? {
        guard let (interfaceName, methodName) = Self.split(method) else { return nil }
        return self.interfaces[interfaceName]?.mismatch(replyOf: methodName, parameters)
    }

    /// Why the application's error is not one that an interface here declares; `nil` when it is.
    func mismatch(_ error: ServiceError) -> Interface.Mismatch? {
        guard let (interfaceName, errorName) = Self.split(error.name), let interface = self.interfaces[interfaceName]
        else {
            return Interface.Mismatch(path: error.name, expected: "an error of an interface here", found: "another")
        }
        return interface.mismatch(error: errorName, error.parameters)
    }

    private func introspect(_ method: String, _ parameters: JSONValue) -> Resolution {
        guard method == "GetInterfaceDescription" else {
            return .answer([
                "vendor": .string(self.description.vendor), "product": .string(self.description.product),
                "version": .string(self.description.version), "url": .string(self.description.url),
                "interfaces": .array(self.interfaces.keys.sorted().map(JSONValue.string)),
            ])
        }
        let name = parameters["interface"]?.asString ?? ""
        guard let interface = self.interfaces[name] else { return .refuse(.interfaceNotFound(name)) }
        return .answer(["description": .string(interface.text)])
    }

    /// The interface and the member of a full name, which is cut at its last dot.
    private static func split(_ name: String) -> (interface: String, member: String)? {
        guard let dot = name.lastIndex(of: ".") else { return nil }
        return (String(name[..<dot]), String(name[name.index(after: dot)...]))
    }

    private static let serviceInterface: Interface = {
        do {
            return try Interface(text: Self.serviceText)
        } catch {
            preconditionFailure("the text of \(Self.serviceName) is an interface file: \(error)")
        }
    }()

    /// The declarations that the Varlink specification asks of every service.
    private static let serviceText = """
        # Answered by every Varlink service: who it is and which interfaces it has.
        interface org.varlink.service

        # The service and the names of its interfaces.
        method GetInfo() -> (
          vendor: string,
          product: string,
          version: string,
          url: string,
          interfaces: []string
        )

        # The definition of one interface.
        method GetInterfaceDescription(interface: string) -> (description: string)

        # No such interface here.
        error InterfaceNotFound (interface: string)

        # The interface has no such method.
        error MethodNotFound (method: string)

        # The method is defined and not available in this service.
        error MethodNotImplemented (method: string)

        # A parameter is unknown, missing, or of the wrong type or value.
        error InvalidParameter (parameter: string)

        # The caller may not do this.
        error PermissionDenied ()

        # The method answers more than once and has to be called with "more".
        error ExpectedMore ()

        """
}
